package control

import (
	"encoding/json"
	"log/slog"
	"net/http"
)

func answer(w http.ResponseWriter, status int, body any, log *slog.Logger) {
	text, err := json.MarshalIndent(body, "", "  ")
	if err != nil {
		log.Error("answer of "+Prefix+" not encoded", "error", err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	send(w, status, text)
}

// Refuse answers an error of these endpoints.
func Refuse(w http.ResponseWriter, status int, message string) {
	text, _ := json.MarshalIndent(struct {
		Error string `json:"error"`
	}{message}, "", "  ")
	send(w, status, text)
}

func send(w http.ResponseWriter, status int, text []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // a client that went away is no concern of ours
}
