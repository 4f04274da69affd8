package metadata

import (
	"net/http"

	"github.com/gorilla/mux"
)

// routeAssociations has the paths of what is attached to a container, GPUs and accelerators,
// which no container here has.
func (a *api) routeAssociations(r *mux.Router, at, version string) {
	at += "/associations/{type:[^/]*}"
	handler := version + " container associations"
	lacks := handler + " handler: unable to get container id from request: " + noDockerID
	r.HandleFunc(at, a.ofID(http.StatusBadRequest, lacks, func(w http.ResponseWriter, _ *http.Request, _ *caller) {
		a.answer(w, http.StatusOK, struct{ Associations []string }{})
	}))
	r.HandleFunc(at+"/{name:.*}", a.ofID(http.StatusBadRequest, handler+noTask, func(w http.ResponseWriter, r *http.Request, _ *caller) {
		v := mux.Vars(r) // the end of the text is the emulator's own
		a.answer(w, http.StatusBadRequest, "Unable to write container association response: no association of type "+v["type"]+" with name "+v["name"])
	}))
}
