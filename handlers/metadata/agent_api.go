package metadata

import "github.com/gorilla/mux"

// routeAgent has the paths of the container agent's API, at ECS_AGENT_URI.
func (a *api) routeAgent(r *mux.Router) {
	at := "/api/" + idInPath
	a.routeProtection(r, at)
	a.routeFaults(r, at)
}
