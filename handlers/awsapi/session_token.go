package awsapi

import "net/http"

// TokenOf is the session token of a request, empty if it has none.
func TokenOf(r *http.Request) string {
	token := r.Header.Get("X-Amz-Security-Token")
	if token == "" && r.URL.RawQuery != "" {
		token = r.URL.Query().Get("X-Amz-Security-Token")
	}
	return token
}
