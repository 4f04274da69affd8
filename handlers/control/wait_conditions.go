package control

import (
	"io"
	"net/http"

	"github.com/gorilla/mux"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/waitcondition"
)

const (
	// WaitConditionPath is where signals are sent to that wait conditions of stacks wait for.
	WaitConditionPath = waitcondition.Path
	// WaitConditionRoute is the path of their route.
	WaitConditionRoute = WaitConditionPath + waitConditionHandle

	waitConditionHandle = "{region}/{account}/{stack}/{id}/{handle}"
)

// WaitConditionRoutes take signals for wait conditions. Take says why it refuses one, and with which status; 200 is none.
func WaitConditionRoutes(take func(waitcondition.Sent) (status int, why string)) []Route {
	path := WaitConditionRoute[len(Prefix):]
	return []Route{{path, []string{http.MethodPut}, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, waitcondition.MostBytes))
		if err != nil {
			Refuse(w, http.StatusRequestEntityTooLarge, "the signal is too long, or has not come whole")
			return
		}
		of := mux.Vars(r)
		status, why := take(waitcondition.Sent{
			Region: of["region"], Account: of["account"], Stack: of["stack"], ID: of["id"], Handle: of["handle"], Query: r.URL.Query(), Body: body,
		})
		if status != http.StatusOK {
			Refuse(w, status, why)
		}
	}}}
}
