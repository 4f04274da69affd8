package metadata

import (
	"net/http"

	"github.com/gorilla/mux"
)

// routeV3 has the paths of version 3.
func (a *api) routeV3(r *mux.Router) {
	at := "/v3/" + idInPath
	r.HandleFunc(at, a.ofID(http.StatusInternalServerError, "V3 container metadata"+noContainer, a.containerV3))
	r.HandleFunc(at+"/task", a.taskV3(false))
	r.HandleFunc(at+"/taskWithTags", a.taskV3(true))
	a.routeAssociations(r, at, "V3")
}

func (a *api) containerV3(w http.ResponseWriter, r *http.Request, c *caller) {
	shown := a.describe(r.Context(), c, c.task.Status.Container(c.container))
	a.answer(w, http.StatusOK, shown.older())
}

func (a *api) taskV3(withTags bool) http.HandlerFunc {
	return a.ofID(http.StatusInternalServerError, "V3 task metadata"+noTask, func(w http.ResponseWriter, r *http.Request, c *caller) {
		task := a.describeTask(r.Context(), c, withTags)
		a.answer(w, http.StatusOK, task.older())
	})
}
