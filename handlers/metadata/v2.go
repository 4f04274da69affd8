package metadata

import (
	"net/http"

	"github.com/gorilla/mux"
)

// routeV2 has the paths of version 2, which is for tasks with a network interface of their own.
func (a *api) routeV2(r *mux.Router) {
	r.HandleFunc("/v2/metadata", a.taskV2(false))
	r.HandleFunc("/v2/metadata/", a.taskV2(false))
	r.HandleFunc("/v2/metadata/{id:.+}", a.ofAddress(a.containerV2))
	r.HandleFunc("/v2/metadataWithTags", a.taskV2(true))
	r.HandleFunc("/v2/metadataWithTags/", a.taskV2(true))
}

// taskV2 shows the task that asks.
func (a *api) taskV2(withTags bool) http.HandlerFunc {
	return a.ofAddress(func(w http.ResponseWriter, r *http.Request, c *caller) {
		task := a.describeTask(r.Context(), c, withTags)
		a.answer(w, http.StatusOK, task.older())
	})
}

// containerV2 shows a container of the task that asks.
func (a *api) containerV2(w http.ResponseWriter, r *http.Request, c *caller) {
	id := mux.Vars(r)["id"]
	for _, shown := range a.containers(r.Context(), c) {
		if shown.DockerID == id {
			a.answer(w, http.StatusOK, shown.older())
			return
		}
	}
	a.answer(w, http.StatusBadRequest, "Unable to generate metadata for container '"+id+"'")
}
