package metadata

import (
	"net/http"

	"github.com/gorilla/mux"
)

// routeAssociations has the paths of what is attached to a container, GPUs and accelerators,
// which no container here has.
func (a *api) routeAssociations(r *mux.Router, at, version string) {
	r.HandleFunc(at+"/associations/{type:[^/]*}", func(w http.ResponseWriter, r *http.Request) {
		if _, found := a.byID(r); !found {
			a.answer(w, http.StatusBadRequest, version+" container associations handler: unable to get container id from request: "+noContainer(r))
			return
		}
		a.answer(w, http.StatusOK, struct{ Associations []string }{})
	})
	r.HandleFunc(at+"/associations/{type:[^/]*}/{name:.*}", func(w http.ResponseWriter, r *http.Request) {
		if _, found := a.byID(r); !found {
			a.answer(w, http.StatusBadRequest, version+" container associations handler: unable to get task arn from request: "+noTask(r))
			return
		}
		v := mux.Vars(r) // the end of the text is the emulator's own
		a.answer(w, http.StatusBadRequest, "Unable to write container association response: no association of type "+v["type"]+" with name "+v["name"])
	})
}
