package text

import "strings"

// gatewayRoutes has each route with its URL, or below where there is no room.
func (r *renderer) gatewayRoutes() *table {
	t := &table{columns: []column{{title: "ROUTE TO", least: 8}, r.clusterColumn, {title: "GATEWAY", least: 7}, {title: "STATUS"}}, tails: "URL"}
	for i := range r.Services {
		s := &r.Services[i]
		for _, route := range s.GatewayRoutes {
			status := cell{text: route.Status, tone: Busy}
			switch {
			case route.Status == "ACTIVE":
				status.tone = Good
			case strings.HasSuffix(route.Status, "_FAILED"):
				status.tone = Bad
			}
			shown := &item{rows: [][]cell{{{text: s.Name}, r.cluster(s.ClusterARN), {text: route.Gateway}, status}}, tail: route.URL}
			if route.Reason != "" {
				shown.notes = []string{route.Reason}
			}
			t.items = append(t.items, shown)
			t.count++
		}
	}
	return t
}
