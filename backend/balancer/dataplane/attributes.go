package dataplane

import (
	"net/http"
	"strconv"
	"time"
)

// attributes are AWS's keys and values.
type attributes map[string]string

func (a attributes) is(key string) bool { return a[key] == "true" }

func (a attributes) seconds(key string, otherwise int) time.Duration {
	n, err := strconv.Atoi(a[key])
	if err != nil {
		n = otherwise
	}
	return time.Duration(n) * time.Second
}

func (a attributes) text(key, otherwise string) string {
	if v, ok := a[key]; ok && v != "" {
		return v
	}
	return otherwise
}

// header is the name that a header of requests has.
func (a attributes) header(word, otherwise string) string {
	return http.CanonicalHeaderKey(a.text("routing.http.request."+word+".header_name", otherwise))
}
