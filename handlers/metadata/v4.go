package metadata

import (
	"net/http"

	"github.com/gorilla/mux"
)

// routeV4 has the paths of version 4. All tasks of a machine are for daemons, which this
// endpoint does not serve; the container agent's words.
func (a *api) routeV4(r *mux.Router) {
	at := "/v4/" + idInPath
	r.HandleFunc(at, a.ofID(http.StatusNotFound, "V4 container metadata"+noContainer, a.containerV4))
	r.HandleFunc(at+"/task", a.taskV4(false))
	r.HandleFunc(at+"/taskWithTags", a.taskV4(true))
	a.routeAssociations(r, at, "V4")
	r.HandleFunc(at+"/tasks", func(w http.ResponseWriter, _ *http.Request) {
		a.answer(w, http.StatusInternalServerError, "failed to get tasks metadata")
	})
	r.HandleFunc(at+"/tasks/stats", func(w http.ResponseWriter, _ *http.Request) {
		a.answer(w, http.StatusInternalServerError, "failed to get stats")
	})
}

func (a *api) containerV4(w http.ResponseWriter, r *http.Request, c *caller) {
	a.answer(w, http.StatusOK, a.describe(r.Context(), c, c.task.Status.Container(c.container)))
}

func (a *api) taskV4(withTags bool) http.HandlerFunc {
	return a.ofID(http.StatusNotFound, "V4 task metadata"+noTask, func(w http.ResponseWriter, r *http.Request, c *caller) {
		a.answer(w, http.StatusOK, a.describeTask(r.Context(), c, withTags))
	})
}
