package console

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/cluster"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/home"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/instance"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/service"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/task"
)

// Pages are all pages of the console, in the order of the list of pages.
func Pages() []page.Page {
	return slices.Concat(
		home.Pages(),
		cluster.Pages(),
		service.Pages(),
		task.Pages(),
		instance.Pages(),
	)
}
