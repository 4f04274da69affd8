package doctor

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

// Answer is what is at the endpoint of an emulator.
type Answer struct {
	URL   string
	Named bool // the user has named it: something is to be there
	// Silence is why there is no answer, and Stranger says that what answers is no emulator.
	Silence  string
	Stranger bool

	Version, Engine string
	Healthy         bool
	Reasons         []string // why tasks cannot run, or what of them does not work
	// Own is the version of this program.
	Own string
}

// Shown is a URL, or what is meant to be one, without the name and the password of a user and without a query: checks tell
// no secrets.
func Shown(endpoint string) string {
	scheme, rest, found := strings.Cut(endpoint, "://")
	if !found {
		scheme, rest = "", endpoint
	}
	rest, _, _ = strings.Cut(rest[strings.LastIndex(rest, "@")+1:], "?")
	if !found {
		return rest
	}
	return scheme + "://" + rest
}

// Emulator is what answers, empty if it is none.
func (a Answer) Emulator() string {
	if a.Silence != "" || a.Stranger {
		return ""
	}
	return "ecs-emulator " + a.Version
}

// Reasons are the texts that say something, each once.
func Reasons(texts ...string) (all []string) {
	for _, text := range texts {
		if text != "" && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// JudgeAnswer says whether an emulator answers, and how it is.
func JudgeAnswer(a Answer) diagnosis.Check {
	v := about(endpointCheck)
	why, silence := oneLine(strings.Join(a.Reasons, "; ")), oneLine(a.Silence)
	switch {
	case a.Stranger:
		v.fail("name the emulator's URL with --endpoint or AWS_ENDPOINT_URL", "another program than an emulator answers at %s", a.URL)
	case a.Silence != "" && a.Named:
		v.degrade("start it with ecs-emulator serve, or correct --endpoint or AWS_ENDPOINT_URL", "no emulator answers at %s: %s", a.URL, silence)
	case a.Silence != "":
		v.note("no emulator answers at %s (%s)", a.URL, silence)
	case !a.Healthy:
		v.fail("ecs-emulator health shows when that is over", "%s at %s, engine %s, cannot run tasks or change anything: %s", a.Emulator(), a.URL, a.Engine, why)
	default:
		v.note("%s answers at %s, engine %s", a.Emulator(), a.URL, a.Engine)
		if why != "" {
			v.degrade("", "it says: %s", why)
		}
		if a.Version != a.Own && a.Own != "" {
			v.note("this program is %s", a.Own)
		}
	}
	return v.check()
}
