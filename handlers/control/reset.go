package control

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/activity"
)

type resetRoute struct {
	reset   func(ctx context.Context) error
	journal *activity.Journal
	clock   Clock
	log     *slog.Logger
}

// serve serves POST /_emulator/reset.
func (o resetRoute) serve(w http.ResponseWriter, r *http.Request) {
	if err := o.reset(r.Context()); err != nil {
		Refuse(w, http.StatusInternalServerError, "reset: "+err.Error())
		return
	}
	o.log.Info("reset: all tasks ended, everything forgotten")
	note(o.journal, o.clock.Now(), activity.Warning, "reset: all tasks ended, everything forgotten")
	answer(w, http.StatusOK, struct{}{}, o.log)
}
