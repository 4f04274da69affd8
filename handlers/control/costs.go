package control

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/bill"
)

// CostsRoutes tell what the run would have cost on AWS.
func CostsRoutes(report func(context.Context, bill.Wanted) (costs.Report, error), log *slog.Logger) []Route {
	return []Route{{"costs", reading, func(w http.ResponseWriter, r *http.Request) {
		wanted, err := bill.ReadWanted(r.URL.Query())
		if err != nil {
			Refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		found, err := report(r.Context(), wanted)
		if unknown := (bill.UnknownError{}); errors.As(err, &unknown) {
			Refuse(w, http.StatusNotFound, err.Error())
			return
		}
		if err != nil {
			Refuse(w, http.StatusBadRequest, err.Error())
			return
		}
		answer(w, http.StatusOK, found, log)
	}}}
}
