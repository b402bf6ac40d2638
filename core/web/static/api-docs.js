// The page's policy forbids inline scripts, so this starts the viewer from a file.
const place = document.getElementById("reference");
SwaggerUIBundle({
  domNode: place,
  url: place.dataset.document,
  deepLinking: true,
  validatorUrl: null,
  // What one tries out here goes out with one's own session; changing calls need a token.
  persistAuthorization: false,
});
