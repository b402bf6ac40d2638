// The page's policy forbids inline scripts, so this starts the viewer from a file.
const place = document.getElementById("reference");
SwaggerUIBundle({
  domNode: place,
  url: place.dataset.document,
  deepLinking: true,
  validatorUrl: null,
  // Some hundred operations drawn at once keep a browser busy for half a minute: areas are opened.
  docExpansion: "none",
  defaultModelsExpandDepth: -1,
  filter: true,
  // What one tries out here goes out with one's own session; changing calls need a token.
  persistAuthorization: false,
});
