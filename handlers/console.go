package handlers

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/console"
)

// awsDomains are domains of AWS's, of which clients use the names for this machine. Pages that others write are at such
// names too, such as the names of S3's buckets, so the console has none.
var awsDomains = []string{".amazonaws.com", ".amazonaws.com.cn", ".api.aws"}

// console answers with a page of the console those who use a name that is no page's, and no task.
func (e *endpoint) console(w http.ResponseWriter, r *http.Request) {
	status, reason := http.StatusForbidden, e.guard.consoleRefusal(r)
	if reason == "" {
		status, reason = http.StatusNotFound, e.Gate.refusal(r, r.URL.Path)
	}
	if reason == "" {
		e.Console.ServeHTTP(w, r)
		return
	}
	e.Log.Warn("request refused", "status", status, "method", r.Method, "path", r.URL.Path, "from", r.RemoteAddr, "reason", reason)
	console.Protect(w.Header())
	http.Error(w, reason, status)
}

// consoleRefusal is why a request for the console does not get in by its Host. It is empty for one that does.
func (g *guard) consoleRefusal(r *http.Request) string {
	name := hostName(r.Host)
	if !overNetwork(r) || g.knows(name) && !isAWSName(name) {
		return ""
	}
	return fmt.Sprintf("refused: the host name %.200q is not known to the console, and a web page could have it. "+
		"Use http://127.0.0.1 or localhost, or start the emulator with --allowed-hosts", name)
}

func isAWSName(name string) bool {
	for _, domain := range awsDomains {
		if strings.HasSuffix(name, domain) {
			return true
		}
	}
	return false
}

// asksForPages reports whether a request for / is a browser's that shows a page: clients of AWS sign, or have a query.
func (e *endpoint) asksForPages(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.URL.RawQuery != "" || !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return false
	}
	_, signed, err := awsapi.ScopeOf(r)
	return !signed && err == nil && r.Header.Get("X-Amz-Target") == "" && e.guard.consoleRefusal(r) == "" && e.Gate.refusal(r, console.Prefix) == ""
}
