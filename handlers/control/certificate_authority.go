package control

import (
	"io"
	"net/http"
)

// CertificateAuthorityRoutes answer with the certificate, as PEM, of the authority that issues certificates of ACM: a client that trusts it
// trusts them.
func CertificateAuthorityRoutes(certificate func() (string, error)) []Route {
	return []Route{{"ca.pem", reading, func(w http.ResponseWriter, _ *http.Request) {
		text, err := certificate()
		if err != nil {
			Refuse(w, http.StatusInternalServerError, "certificate authority: "+err.Error())
			return
		}
		w.Header().Set("Content-Type", "application/x-pem-file")
		_, _ = io.WriteString(w, text) // a client that went away is no concern of ours
	}}}
}
