// A page that only hands something on (OAuth 2.0 Form Post Response Mode) does so by itself.
document.querySelector("form[data-go-on]")?.submit();
