package control

import (
	"io"
	"net/http"
	"time"

	"github.com/gorilla/mux"
)

// LayerPath is where layers of images are that GetDownloadUrlForLayer has answered the URLs of.
const LayerPath = Prefix + "layers/"

// LayerRoutes answer with layers. Open opens the layer of an id; it is nil if there is none, or no longer.
func LayerRoutes(open func(id string) io.ReadSeekCloser) []Route {
	return []Route{{"layers/{id}", reading, func(w http.ResponseWriter, r *http.Request) {
		layer := open(mux.Vars(r)["id"])
		if layer == nil {
			Refuse(w, http.StatusForbidden, "no such layer, or its URL has expired")
			return
		}
		defer layer.Close() //nolint:errcheck // it was only read
		w.Header().Set("Content-Type", "application/octet-stream")
		http.ServeContent(w, r, "", time.Time{}, layer)
	}}}
}
