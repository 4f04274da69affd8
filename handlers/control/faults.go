package control

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

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

// faultList is the answer of GET /_emulator/faults.
type faultList struct {
	Faults []faults.Fault `json:"faults"`
}

// faults serves GET /_emulator/faults.
func (a *api) faults(w http.ResponseWriter, _ *http.Request) {
	a.answer(w, http.StatusOK, faultList{Faults: a.Faults.List()})
}

// addFault serves POST /_emulator/faults: one fault, or a list of them.
func (a *api) addFault(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
		a.runFaults(w, body)
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
	added, err := a.Faults.Add(wanted)
	if err != nil {
		Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	a.Log.Info("fault added", "id", added.ID, "kind", added.Kind)
	a.note(activity.Warning, "fault "+added.ID+" "+string(added.Kind)+" is added"+details(added))
	a.noteIdle(w, added)
	a.answer(w, http.StatusCreated, added)
}

// runFaults adds those of a list.
func (a *api) runFaults(w http.ResponseWriter, body []byte) {
	list, err := faults.Read(body)
	if err == nil {
		list, err = a.Faults.Run(list)
	}
	if err != nil {
		Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	for _, added := range list {
		a.Log.Info("fault added", "id", added.ID, "kind", added.Kind)
		a.note(activity.Warning, "fault "+added.ID+" "+string(added.Kind)+" is added"+details(added))
		a.noteIdle(w, added)
	}
	a.answer(w, http.StatusCreated, faultList{Faults: list})
}

// IdleFault is a header of the answer for each fault that hits nothing yet, which says why.
const IdleFault = "Ecs-Emulator-Idle-Fault"

func (a *api) noteIdle(w http.ResponseWriter, added faults.Fault) {
	if why := faults.Idle(a.Store.Read(), added); why != "" {
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

// clearFaults serves DELETE /_emulator/faults, which ends all faults, or with
// ?id=<id> that one.
func (a *api) clearFaults(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	switch {
	case id == "" && r.URL.Query().Has("id"):
		Refuse(w, http.StatusBadRequest, "the id is empty: leave it out to clear all faults")
		return
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
