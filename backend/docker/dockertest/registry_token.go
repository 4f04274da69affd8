package dockertest

import (
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// tokenPath is where the token service is.
const tokenPath = "/token"

// tokenLogins are the logins to a registry with a token service.
// Source: distribution.github.io, token authentication and its OAuth2 form.
type tokenLogins struct {
	mu           sync.Mutex
	repositories map[string]string // which may be pulled, by token
	ended        []string
}

// Tokens are all that were given out.
func (r *Registry) Tokens() []string {
	r.logins.mu.Lock()
	defer r.logins.mu.Unlock()
	return slices.Concat(r.logins.ended, slices.Collect(maps.Keys(r.logins.repositories)))
}

func (l *tokenLogins) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = slices.AppendSeq(l.ended, maps.Keys(l.repositories))
	clear(l.repositories)
}

// giveToken gives a token for pulls from one repository. The identity token with which a user may have logged in is the password.
func (r *Registry) giveToken(w http.ResponseWriter, request *http.Request) {
	username, password, _ := request.BasicAuth()
	if request.Method == http.MethodPost && request.FormValue("grant_type") == "refresh_token" {
		username, password = r.username, request.FormValue("refresh_token")
	}
	scope := strings.Split(request.FormValue("scope"), ":")
	if !r.isLogin(username, password) || len(scope) != 3 || scope[0] != "repository" || scope[2] != "pull" {
		refuse(w, username+":"+password)
		return
	}
	token := rand.Text()
	r.logins.mu.Lock()
	r.logins.repositories[token] = scope[1]
	r.logins.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"token":%q,"access_token":%q,"expires_in":300}`, token, token)
}

// admit reports whether a request has a token for the repository that it is about.
func (l *tokenLogins) admit(request *http.Request) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	repository, found := l.repositories[strings.TrimPrefix(request.Header.Get("Authorization"), "Bearer ")]
	return found && (request.URL.Path == "/v2/" || strings.HasPrefix(request.URL.Path, "/v2/"+repository+"/"))
}
