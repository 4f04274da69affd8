package instruments

import (
	"context"
	"fmt"
	"sync"
	"time"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
)

// doctor keeps the last report: it makes a sandbox to see whether that works, so it does not look again with each change of a row.
type doctor struct {
	look func(ctx context.Context) (diagnosis.Report, error)

	mu   sync.Mutex
	last diagnosis.Report
	at   time.Time // of the machine; zero: it has not looked
}

// oldest is how old a report may be where no form has the doctor look again.
const oldest = 5 * time.Minute

// read reads the page of what was found last. It looks when the page is first read.
func (d *doctor) read(r *page.Request) (*page.View, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.at.IsZero() || r.ReadOnly && time.Since(d.at) > oldest {
		found, err := d.look(r.Context)
		if err != nil {
			return nil, fmt.Errorf("look at the machine and its engine: %w", err)
		}
		d.last, d.at = found, time.Now()
	}
	rows := make([]page.Row, 0, len(d.last.Checks))
	worse := 0
	for _, c := range d.last.Checks {
		tone := page.Good
		if c.Status != diagnosis.OK {
			tone = page.Bad
			worse++
		}
		rows = append(rows, page.Row{ID: "check-" + c.Name, Cells: []g.Node{page.Text(c.Name), page.Badge(tone, string(c.Status)), page.Or(c.Text), page.Or(c.Next)}})
	}
	tone := page.Bad
	if d.last.Status == diagnosis.OK {
		tone = page.Good
	}
	return &page.View{
		Title: "Doctor", Status: page.Badge(tone, string(d.last.Status)), Summary: counted(worse, "check is not ok", "checks are not ok"),
		Sections: []page.Section{{ID: "checks", Title: "Checks", Wide: true, Body: g.Group{
			page.Table("Checks of this machine and its container engine", []string{"Check", "Status", "What was found", "What to do"}, rows),
			page.Pairs(page.Pair{Name: "Looked at", Value: g.Group{page.Time(d.at), page.Text(" of this machine's time")}}),
			r.Post(page.Form{ID: "look-again", Action: "lookAgain", Submit: "Look again"}),
		}}},
	}, nil
}

// lookAgain looks anew.
func (d *doctor) lookAgain(r *page.Request) (to string, err error) {
	found, err := d.look(r.Context)
	if err != nil {
		return "", fmt.Errorf("look at the machine and its engine: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last, d.at = found, time.Now()
	return "", nil
}
