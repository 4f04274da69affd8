package events

import (
	"cmp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// serviceEvent is a message about a service.
type serviceEvent struct {
	id, message      string
	at               time.Time
	cluster, service string
}

// serviceEvents are the messages about all services, which AWS shows of one service at a time, the newest first.
func serviceEvents(r *page.Request) (_ g.Node, total int, err error) {
	var all []serviceEvent
	for _, c := range state.Clusters.List(r.Tx, r.Scope) {
		for _, s := range state.Services(r.Tx, c) {
			for _, e := range state.FindServiceEvents(r.Tx, s.ARN) {
				if r.Matches(aws.ToString(e.Message), c.Name+"/"+s.Name) {
					all = append(all, serviceEvent{aws.ToString(e.Id), aws.ToString(e.Message), aws.ToTime(e.CreatedAt), c.Name, s.Name})
				}
			}
		}
	}
	shown, paging, err := page.List(r, "services", all, func(e serviceEvent) string { return e.id },
		func(a, b serviceEvent) int { return cmp.Or(b.at.Compare(a.at), cmp.Compare(a.id, b.id)) })
	if err != nil {
		return nil, 0, err
	}
	rows := make([]page.Row, 0, len(shown))
	for _, e := range shown {
		rows = append(rows, page.Row{ID: "event-" + e.id, Cells: []g.Node{
			page.Time(e.at), page.A(e.cluster+"/"+e.service, r.To("services", e.cluster, e.service)), page.Text(e.message),
		}})
	}
	return g.Group{page.Table("Events of all services, the newest first", []string{"When", "Service", "Message"}, rows), r.Pages(paging)}, paging.Total, nil
}
