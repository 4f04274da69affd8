package console

import (
	"net/http"
	"net/url"
	"strings"
)

// policy lets a browser load what the console itself has, and nothing that stands in a page. Names and log lines are text
// in pages; were one ever taken for markup, it could still do nothing.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Protect sets the headers that all answers of the console have, refusals included. With the referrer policy no-referrer a
// form would have the origin null.
func Protect(header http.Header) {
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("X-Frame-Options", "DENY") // for browsers that do not know frame-ancestors
	header.Set("Cache-Control", "no-store")
}

// sameOrigin reports whether a request says that it is of a page of this origin. There is no login: a form of any other
// page, also of another port of this machine, would act with the rights of the reader. Browsers leave Sec-Fetch-Site out where
// the address is neither of this machine nor https; they send Origin with each POST.
func sameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && (origin.Scheme == "http" || origin.Scheme == "https") && origin.Host != "" && strings.EqualFold(origin.Host, r.Host)
}
