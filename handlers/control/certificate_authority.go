package control

import (
	"io"
	"net/http"
)

// certificateAuthority serves GET /_emulator/ca.pem: what clients trust that shall trust the
// certificates of ACM.
func (a *api) certificateAuthority(w http.ResponseWriter, _ *http.Request) {
	certificate, err := a.CertificateAuthority()
	if err != nil {
		Refuse(w, http.StatusInternalServerError, "certificate authority: "+err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/x-pem-file")
	_, _ = io.WriteString(w, certificate) // a client that went away is no concern of ours
}
