package instruments

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
)

// readClock reads the page of the clock.
func (s Sources) readClock(r *page.Request) (*page.View, error) {
	speed := strconv.FormatFloat(r.Clock.Speed(), 'g', -1, 64)
	said := "It stands still."
	switch speed {
	case "0":
	case "1":
		said = "It goes as real time does."
	default:
		said = speed + " seconds pass in a real one."
	}
	pairs := []page.Pair{{Name: "Now", Value: page.Time(r.Now)}, {Name: "Speed", Value: page.Text(speed)}}
	if p, ok := s.Progress(); ok {
		said = "It is being advanced."
		pairs = append(pairs, page.Pair{Name: "Is advanced", Value: g.Group{
			page.Text("from "), page.Time(p.From), page.Text(" to "), page.Time(p.To), page.Text(fmt.Sprintf(", for %s of real time", p.Took.Round(time.Second))),
		}})
	}
	view := &page.View{Title: "Clock", Summary: said, Sections: []page.Section{{ID: "clock", Title: "The emulator's clock", Body: page.Pairs(pairs...)}}}
	if r.ReadOnly {
		return view, nil
	}
	view.Sections = append(view.Sections,
		page.Section{ID: "advance", Title: "Advance", Body: r.Post(page.Form{ID: "advance-clock", Action: "advance", Submit: "Advance the clock", Fields: []page.Field{
			{Name: "advance", Label: "By", Required: true, Hint: "such as 90s, 5m or 1h30m; the answer comes when all that happens in that time has happened"},
		}})},
		page.Section{ID: "speed", Title: "Speed", Body: r.Post(page.Form{ID: "set-speed", Action: "setSpeed", Submit: "Set the speed", Fields: []page.Field{
			{Name: "speed", Label: "Emulated seconds in a real one", Value: speed, Required: true, Hint: "0: the clock stands still"},
		}})})
	return view, nil
}

// advance moves the clock, and returns when all has happened.
func advance(r *page.Request) (to string, err error) {
	d, err := time.ParseDuration(r.Field("advance"))
	if err != nil || d < 0 {
		return "", page.Invalid("advance is not a duration like 90s, 5m or 1h30m: %s. The clock never goes back.", r.Field("advance"))
	}
	if err := r.Clock.Advance(r.Context, d); err != nil {
		return "", &page.Refusal{Status: http.StatusConflict, Message: fmt.Sprintf("The clock stays at %s: %v", r.Clock.Now().UTC().Format(time.RFC3339), err)}
	}
	return "", nil
}

func setSpeed(r *page.Request) (to string, err error) {
	speed, err := strconv.ParseFloat(r.Field("speed"), 64)
	if err != nil {
		return "", page.Invalid("speed is not a number like 1, 60 or 0.5: %s", r.Field("speed"))
	}
	if err := r.Clock.SetSpeed(speed); err != nil {
		return "", page.Invalid("%s", err.Error())
	}
	return "", nil
}
