package control

import (
	"log/slog"
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
)

// ScalingRoutes tell what Application Auto Scaling scales, and what holds it.
func ScalingRoutes(report func() applicationautoscaling.Report, log *slog.Logger) []Route {
	return []Route{{"scaling", reading, func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, report(), log)
	}}}
}
