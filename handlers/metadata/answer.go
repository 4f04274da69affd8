package metadata

import (
	"encoding/json"
	"net/http"
	"time"
)

// answer writes a value as JSON, without a line break at its end.
func (a *api) answer(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		a.Log.Error("cannot encode an answer of the metadata endpoint", "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that is gone wants none
}

// instant is a time as metadata shows it; nil for the zero time.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
