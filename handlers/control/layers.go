package control

import (
	"io"
	"net/http"
	"time"

	"github.com/gorilla/mux"
)

const (
	// LayerPath is where layers of images are that GetDownloadUrlForLayer has answered the URLs of.
	LayerPath = Prefix + layerPath
	// LayerRoute is the path of their route.
	LayerRoute = Prefix + layerRoute

	layerPath  = "layers/"
	layerRoute = layerPath + "{id}"
)

// LayerRoutes answer with layers. Open opens the layer of an id; it is nil if there is none, or no longer.
func LayerRoutes(open func(id string) io.ReadSeekCloser) []Route {
	return []Route{{layerRoute, reading, func(w http.ResponseWriter, r *http.Request) {
		layer := open(mux.Vars(r)["id"])
		if layer == nil {
			Refuse(w, http.StatusNotFound, "no such layer, or its URL has expired")
			return
		}
		defer layer.Close() //nolint:errcheck // it was only read
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(w, r, "", time.Time{}, layer)
	}}}
}
