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
	found, at := d.found()
	if at.IsZero() || r.ReadOnly && time.Since(at) > oldest {
		if err := d.examine(r.Context); err != nil {
			return nil, err
		}
		found, at = d.found()
	}
	rows := make([]page.Row, 0, len(found.Checks))
	worse := 0
	for _, c := range found.Checks {
		tone := page.Good
		if c.Status != diagnosis.OK {
			tone = page.Bad
			worse++
		}
		rows = append(rows, page.Row{ID: "check-" + c.Name, Cells: []g.Node{page.Text(c.Name), page.Badge(tone, string(c.Status)), page.Or(c.Text), page.Or(c.Next)}})
	}
	tone := page.Bad
	if found.Status == diagnosis.OK {
		tone = page.Good
	}
	return &page.View{
		Title: "Doctor", Status: page.Badge(tone, string(found.Status)), Summary: counted(worse, "check is not ok", "checks are not ok"),
		Sections: []page.Section{{ID: "checks", Title: "Checks", Wide: true, Body: g.Group{
			page.Table("Checks of this machine and its container engine", []string{"Check", "Status", "What was found", "What to do"}, rows),
			page.Pairs(page.Pair{Name: "Looked at", Value: g.Group{page.Time(at), page.Text(" of this machine's time")}}),
			r.Post(page.Form{ID: "look-again", Action: "lookAgain", Submit: "Look again"}),
		}}},
	}, nil
}

// lookAgain looks anew.
func (d *doctor) lookAgain(r *page.Request) (to string, err error) { return "", d.examine(r.Context) }

// examine looks and keeps what is found. Those who ask at the same time do not wait for each other: each may leave.
func (d *doctor) examine(ctx context.Context) error {
	found, err := d.look(ctx)
	if err != nil {
		return fmt.Errorf("look at the machine and its engine: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last, d.at = found, time.Now()
	return nil
}

func (d *doctor) found() (diagnosis.Report, time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.last, d.at
}
