package target

import (
	"net/http"
	"strconv"
	"time"
)

// Attributes are AWS's keys and values.
type Attributes map[string]string

// Is reports whether an attribute is true.
func (a Attributes) Is(key string) bool { return a[key] == "true" }

// Seconds is an attribute in seconds, or what it is otherwise.
func (a Attributes) Seconds(key string, otherwise int) time.Duration {
	n, err := strconv.Atoi(a[key])
	if err != nil {
		n = otherwise
	}
	return time.Duration(n) * time.Second
}

// Text is an attribute, or what it is otherwise if it is missing or empty.
func (a Attributes) Text(key, otherwise string) string {
	if v, ok := a[key]; ok && v != "" {
		return v
	}
	return otherwise
}

// Header is the name that a header of requests has.
func (a Attributes) Header(word, otherwise string) string {
	return http.CanonicalHeaderKey(a.Text("routing.http.request."+word+".header_name", otherwise))
}
