package console

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/console/home"
	"github.com/ecs-emulator/ecs-emulator/handlers/console/page"
)

// Pages are all pages of the console, in the order of the list of pages.
func Pages() []page.Page {
	return slices.Concat(
		home.Pages(),
	)
}
