package control

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/faults"
)

// Faults adds, lists and clears faults.
type Faults interface {
	List() []faults.Fault
	// Add returns the fault as it holds. The error says what is wrong with the wish.
	Add(wanted faults.Fault) (faults.Fault, error)
	// Run adds all faults of a list, or none.
	Run(list []faults.Fault) ([]faults.Fault, error)
	// Clear ends one fault; it reports whether there was one.
	Clear(id string) bool
	ClearAll()
}

// FaultOptions are what FaultRoutes show and change.
type FaultOptions struct {
	// Faults is what shall go wrong with tasks and their engine.
	Faults Faults
	Store  *store.Store
	// Journal is told of each change; nil is not.
	Journal *activity.Journal
	Now     func() time.Time
	Log     *slog.Logger
}

// FaultRoutes list, add and clear faults.
func FaultRoutes(o FaultOptions) []Route {
	route := faultRoute{o}
	return []Route{
		{"faults", reading, route.list},
		{"faults", []string{http.MethodPost}, route.add},
		{"faults", []string{http.MethodDelete}, route.clear},
	}
}

type faultRoute struct{ FaultOptions }

// faultList is the answer of GET /_emulator/faults.
type faultList struct {
	Faults []faults.Fault `json:"faults"`
}

// list serves GET /_emulator/faults.
func (o faultRoute) list(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, faultList{Faults: o.Faults.List()}, o.Log)
}

// add serves POST /_emulator/faults: one fault, or a list of them.
func (o faultRoute) add(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
		o.run(w, body)
		return
	}
	var wanted faults.Fault
	if err == nil {
		err = json.Unmarshal(body, &wanted)
	}
	if err != nil {
		Refuse(w, http.StatusBadRequest, `the body is not a fault such as {"kind": "pull", "image": "shop/*", "error": "toomanyrequests"}: `+err.Error())
		return
	}
	added, err := o.Add(wanted)
	if err != nil {
		Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	o.noteIdle(w, added)
	answer(w, http.StatusCreated, added, o.Log)
}

// List returns the faults that hold, or will.
func (o FaultOptions) List() []faults.Fault { return o.Faults.List() }

// Add adds a fault, and tells of it.
func (o FaultOptions) Add(wanted faults.Fault) (faults.Fault, error) {
	added, err := o.Faults.Add(wanted)
	if err == nil {
		o.tellAdded(added)
	}
	return added, err
}

func (o FaultOptions) tellAdded(added faults.Fault) {
	o.Log.Info("fault added", "id", added.ID, "kind", added.Kind)
	note(o.Journal, o.Now(), activity.Warning, "fault "+added.ID+" "+string(added.Kind)+" is added"+details(added))
}

// run adds the faults of a list.
func (o faultRoute) run(w http.ResponseWriter, body []byte) {
	list, err := faults.Read(body)
	if err == nil {
		list, err = o.Faults.Run(list)
	}
	if err != nil {
		Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	for _, added := range list {
		o.tellAdded(added)
		o.noteIdle(w, added)
	}
	answer(w, http.StatusCreated, faultList{Faults: list}, o.Log)
}

// IdleFault is a header of the answer for each fault that hits nothing yet, which says why.
const IdleFault = "Ecs-Emulator-Idle-Fault"

func (o faultRoute) noteIdle(w http.ResponseWriter, added faults.Fault) {
	if why := faults.Idle(o.Store.Read(), added); why != "" {
		w.Header().Add(IdleFault, activity.OneLine(why))
	}
}

// details are the members of a fault that choose what goes wrong and how, for a line of text.
func details(f faults.Fault) string {
	list := slices.DeleteFunc([]string{f.Where(), f.How()}, func(text string) bool { return text == "" })
	if len(list) == 0 {
		return ""
	}
	return ": " + strings.Join(list, ", ")
}

// clear serves DELETE /_emulator/faults, which ends all faults, or with
// ?id=<id> that one.
func (o faultRoute) clear(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	switch {
	case id == "" && r.URL.Query().Has("id"):
		Refuse(w, http.StatusBadRequest, "the id is empty: leave it out to clear all faults")
	case !o.Clear(id):
		Refuse(w, http.StatusNotFound, "no fault has the id "+id)
	default:
		o.list(w, r)
	}
}

// Clear ends one fault, or all with an empty id, and tells of it. It reports whether there was one to end, or all were.
func (o FaultOptions) Clear(id string) bool {
	what := "all faults are cleared"
	if id == "" {
		o.Faults.ClearAll()
	} else if what = "fault " + id + " is cleared"; !o.Faults.Clear(id) {
		return false
	}
	o.Log.Info("faults cleared", "id", id)
	note(o.Journal, o.Now(), activity.Plain, what)
	return true
}
