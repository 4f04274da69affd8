package control

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/activity"
)

// Fault is something that shall go wrong, in answers and in the body of
// POST /_emulator/faults. What each member means stands at emulator.Fault.
type Fault struct {
	ID        string `json:"id,omitempty"`
	Kind      string `json:"kind"` // pull, start, crash, engine-away, terminate-instance, disconnect-agent, cut-off-instance
	Image     string `json:"image,omitempty"`
	Family    string `json:"family,omitempty"`
	Container string `json:"container,omitempty"`
	Instance  string `json:"instance,omitempty"`
	Cluster   string `json:"cluster,omitempty"`
	Seed      uint64 `json:"seed,omitempty"`
	Error     string `json:"error,omitempty"`
	Delay     string `json:"delay,omitempty"` // as Go writes durations: "90s", "5m"
	Times     int    `json:"times,omitempty"`
	For       string `json:"for,omitempty"`
	Used      int    `json:"used"`
}

// Faults is the answer of GET /_emulator/faults.
type Faults struct {
	Faults []Fault `json:"faults"`
}

// FaultControl adds, lists and clears faults.
type FaultControl struct {
	List func() []Fault
	// Add returns the fault as it holds. The error says what is wrong with the wish.
	Add func(wanted Fault, delay, holds time.Duration) (Fault, error)
	// Clear ends one fault; it reports whether there was one.
	Clear    func(id string) bool
	ClearAll func()
}

// faults serves GET /_emulator/faults.
func (a *api) faults(w http.ResponseWriter, _ *http.Request) {
	a.answer(w, http.StatusOK, Faults{Faults: a.Faults.List()})
}

// addFault serves POST /_emulator/faults.
func (a *api) addFault(w http.ResponseWriter, r *http.Request) {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10))
	decoder.DisallowUnknownFields()
	var wanted Fault
	if err := decoder.Decode(&wanted); err != nil {
		Refuse(w, http.StatusBadRequest, `the body is not a fault such as {"kind": "pull", "image": "shop/*", "error": "toomanyrequests"}: `+err.Error())
		return
	}
	delay, err := duration(wanted.Delay)
	if err != nil {
		Refuse(w, http.StatusBadRequest, `"delay" is not a duration like "90s" or "5m": `+wanted.Delay)
		return
	}
	holds, err := duration(wanted.For)
	if err != nil {
		Refuse(w, http.StatusBadRequest, `"for" is not a duration like "90s" or "5m": `+wanted.For)
		return
	}
	added, err := a.Faults.Add(wanted, delay, holds)
	if err != nil {
		Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	a.Log.Info("fault added", "id", added.ID, "kind", added.Kind)
	a.note(activity.Warning, "fault "+added.ID+" "+added.Kind+" is added"+added.details())
	a.answer(w, http.StatusCreated, added)
}

// details are the members of a fault that choose what goes wrong and how, for a line of text.
func (f Fault) details() string {
	var list []string
	for _, member := range []struct{ name, value string }{
		{"image", f.Image}, {"family", f.Family}, {"container", f.Container}, {"instance", f.Instance}, {"cluster", f.Cluster},
		{"delay", f.Delay}, {"for", f.For}, {"error", f.Error},
	} {
		if member.value != "" {
			list = append(list, member.name+" "+member.value)
		}
	}
	if f.Times > 0 {
		list = append(list, fmt.Sprintf("times %d", f.Times))
	}
	if len(list) == 0 {
		return ""
	}
	return ": " + strings.Join(list, ", ")
}

// duration reads what Go writes; empty is none.
func duration(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	return time.ParseDuration(text)
}

// clearFaults serves DELETE /_emulator/faults, which ends all faults, or with
// ?id=<id> that one.
func (a *api) clearFaults(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	switch {
	case id == "":
		a.Faults.ClearAll()
	case !a.Faults.Clear(id):
		Refuse(w, http.StatusNotFound, "no fault has the id "+id)
		return
	}
	a.Log.Info("faults cleared", "id", id)
	what := "all faults are cleared"
	if id != "" {
		what = "fault " + id + " is cleared"
	}
	a.note(activity.Plain, what)
	a.faults(w, r)
}
