package console

import (
	"crypto/sha256"
	_ "embed" // for the files
	"encoding/hex"
	"net/http"
	"strings"
)

//go:embed static/style.css
var styleCSS string

//go:embed static/script.js
var scriptJS string

//go:embed static/icon.svg
var iconSVG string

const staticPath = "/static/"

// file is a file of the console, which stays the same.
type file struct{ media, text, tag string }

var files = map[string]file{
	"style.css": newFile("text/css; charset=utf-8", styleCSS),
	"script.js": newFile("text/javascript; charset=utf-8", scriptJS),
	"icon.svg":  newFile("image/svg+xml", iconSVG),
}

func newFile(media, text string) file {
	sum := sha256.Sum256([]byte(text))
	return file{media, text, `"` + hex.EncodeToString(sum[:8]) + `"`}
}

// static is the address of a file.
func static(name string) string { return Prefix + staticPath + name }

// serveStatic answers with a file, and reports whether there is one. Browsers ask each time whether it has changed.
func serveStatic(w http.ResponseWriter, r *http.Request, path string) bool {
	name, found := strings.CutPrefix(path, staticPath)
	f, there := files[name]
	if !found || !there {
		return false
	}
	header := w.Header()
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", f.tag)
	if r.Header.Get("If-None-Match") == f.tag {
		w.WriteHeader(http.StatusNotModified)
		return true
	}
	header.Set("Content-Type", f.media)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(f.text)) // a client that went away is no concern of ours
	}
	return true
}
