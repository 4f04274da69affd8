package metadata

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// RoleCredentials are the keys of a task's role, under the names that SDKs read.
// Source: ECS developer guide, task IAM role; amazon-ecs-agent.
type RoleCredentials struct {
	RoleArn         string
	AccessKeyId     string
	SecretAccessKey string
	Token           string
	// Expiration is in the time of the task's containers, who take it for theirs.
	Expiration time.Time
}

// Errors of [Credentials].
var (
	// ErrNoCredentials: no task at the address has the id, or no longer.
	ErrNoCredentials = errors.New("no credentials of this id")
	// ErrCredentialsLater: the credentials are not there yet.
	ErrCredentialsLater = errors.New("the credentials are not there yet")
)

// Credentials finds those that a task at an address has under an id. It serves
// /v2/credentials/<id> and /v1/credentials?id=<id>.
type Credentials func(ctx context.Context, id string, from netip.Addr) (*RoleCredentials, error)

const (
	credentialsV1 = "/v1/credentials"
	credentialsV2 = "/v2/credentials"
)

// ServeHTTP answers as the container agent does. Source: runtime answers of amazon-ecs-agent.
func (c Credentials) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	request, id := "CredentialsV1Request", r.URL.Query().Get("id")
	if rest, v2 := strings.CutPrefix(r.URL.Path, credentialsV2); v2 {
		request, id = "CredentialsV2Request", strings.Trim(rest, "/")
	}
	if id == "" {
		refuseCredentials(w, http.StatusBadRequest, "NoIdInRequest", request+": No Credential ID in the request")
		return
	}
	from, _ := netip.ParseAddrPort(r.RemoteAddr) // an invalid one belongs to no task
	found, err := c(r.Context(), id, from.Addr().Unmap())
	switch {
	case errors.Is(err, ErrNoCredentials):
		refuseCredentials(w, http.StatusBadRequest, "InvalidIdInRequest", request+": Credentials not found")
	case errors.Is(err, ErrCredentialsLater):
		refuseCredentials(w, http.StatusServiceUnavailable, "CredentialsUninitialized", request+": Credentials uninitialized for ID")
	case err != nil:
		refuseCredentials(w, http.StatusInternalServerError, "InternalServerError", "Internal server error")
	default:
		answerCredentials(w, http.StatusOK, found)
	}
}

// credentialsError is the body of a refusal.
type credentialsError struct {
	Code          string `json:"code"`
	Message       string `json:"message"`
	HTTPErrorCode int
}

func refuseCredentials(w http.ResponseWriter, status int, code, message string) {
	answerCredentials(w, status, credentialsError{code, message, status})
}

func answerCredentials(w http.ResponseWriter, status int, body any) {
	text, _ := json.Marshal(body) // strings and a time, which can be written
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
