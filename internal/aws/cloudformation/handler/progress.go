package handler

import "encoding/json"

// phase is how far an action is. Phases only go forward.
type phase string

const (
	begun      phase = ""
	intended   phase = "intended"   // the row says what will be made; it may be there
	refused    phase = "refused"    // the create was refused, and nothing was made
	made       phase = "made"       // the ID is known; of an update: its calls are made, but for those of Proceed
	configured phase = "configured" // all calls are made
)

// progress is what Result.Progress has.
type progress struct {
	Phase phase    `json:"phase,omitempty"`
	Tries int      `json:"tries,omitempty"` // of this phase that have failed in a row, for now
	Known []string `json:"known,omitempty"`
	Memo  string   `json:"memo,omitempty"`
	// Said are codes of refusals after which a call was made again: the log has each of them once for an action.
	Said []string `json:"said,omitempty"`
	// Denied says that access to the create was denied at its first try.
	Denied bool `json:"denied,omitempty"`
}

func readProgress(text string) (p progress) {
	_ = json.Unmarshal([]byte(text), &p) // what no handler has written says nothing
	return p
}

func (p progress) String() string {
	text, err := json.Marshal(p)
	if err != nil || string(text) == "{}" {
		return ""
	}
	return string(text)
}

// reach goes on to a phase.
func (t *Turn) reach(to phase) { t.progress.Phase, t.progress.Tries = to, 0 }
