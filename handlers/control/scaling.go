package control

import "net/http"

// scaling serves GET /_emulator/scaling.
func (a *api) scaling(w http.ResponseWriter, _ *http.Request) {
	a.answer(w, http.StatusOK, a.Scaling())
}
