package metadata

import (
	"net/http"

	"github.com/gorilla/mux"
)

// routeV3 has the paths of version 3.
func (a *api) routeV3(r *mux.Router) {
	at := "/v3/" + idInPath
	r.HandleFunc(at, a.containerV3)
	r.HandleFunc(at+"/task", a.taskV3(false))
	r.HandleFunc(at+"/taskWithTags", a.taskV3(true))
	a.routeAssociations(r, at, "V3")
}

func (a *api) containerV3(w http.ResponseWriter, r *http.Request) {
	c, found := a.byID(r)
	if !found {
		a.answer(w, http.StatusInternalServerError, "V3 container metadata handler: unable to get container ID from request: "+noContainer(r))
		return
	}
	shown := a.describe(r.Context(), &c, c.task.Status.Container(c.container))
	a.answer(w, http.StatusOK, shown.older())
}

func (a *api) taskV3(withTags bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, found := a.byID(r)
		if !found {
			a.answer(w, http.StatusInternalServerError, "V3 task metadata handler: unable to get task arn from request: "+noTask(r))
			return
		}
		task := a.describeTask(r.Context(), &c, withTags)
		a.answer(w, http.StatusOK, task.older())
	}
}

// noContainer and noTask say that no container has the id in the path, or another one than the caller.
func noContainer(r *http.Request) string {
	return "unable to get docker ID from v3 endpoint ID: " + mux.Vars(r)["id"]
}

func noTask(r *http.Request) string {
	return "unable to get task Arn from v3 endpoint ID: " + mux.Vars(r)["id"]
}
