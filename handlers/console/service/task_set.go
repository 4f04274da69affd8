package service

import (
	"strconv"

	g "maragu.dev/gomponents"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// taskSets are the service's, the newest first, with how they are scaled and whether they are steady.
func (v *view) taskSets() g.Node {
	var rows []page.Row
	for _, t := range v.shown.TaskSets {
		rows = append(rows, page.Row{ID: "task-set-" + arn.Name(t.ID), Cells: []g.Node{
			page.Text(t.ID), page.Or(t.ExternalID), page.Status(t.Status), definitionLink(v.Request, t.TaskDefinition),
			page.Text(strconv.FormatFloat(t.Scale, 'f', -1, 64) + " %"), page.Number(t.Desired), page.Number(t.Running), page.Number(t.Pending),
			page.Status(t.StabilityStatus), page.Time(t.StabilityStatusAt), page.Time(t.CreatedAt),
		}})
	}
	heads := []string{
		"Task set", "externalId", "Status", "Definition", "Scale", "computedDesiredCount", "runningCount", "pendingCount", "stabilityStatus", "Since", "createdAt",
	}
	return page.Table("Task sets of the service", heads, rows)
}
