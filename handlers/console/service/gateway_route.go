package service

import (
	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
)

// routes are the ways from gateways to the service; nil: there are none.
func (v *view) routes() g.Node {
	var rows []page.Row
	for _, r := range v.shown.GatewayRoutes {
		status := page.Status(r.Status)
		if r.Failed() {
			status = page.Badge(page.Bad, r.Status)
		}
		rows = append(rows, page.Row{ID: r.ARN, Cells: []g.Node{page.Code(r.Gateway), status, page.Code(r.URL), page.Text(r.Reason)}})
	}
	if rows == nil {
		return nil
	}
	return page.Table("Routes of gateways", []string{"Gateway", "Status", "URL", "Reason"}, rows)
}
