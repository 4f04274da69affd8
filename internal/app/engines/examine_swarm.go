package engines

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/backend/docker"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
)

const (
	swarmCheck = "swarm"
	// swarmTime bounds how long Docker engines may take to say in which swarm they are.
	swarmTime = 10 * time.Second
)

// examineSwarm checks whether Docker engines can have networks together, as the start does. Why one does not answer is for the
// check of that engine.
func examineSwarm(ctx context.Context, all []Choice) diagnosis.Check {
	ctx, cancel := context.WithTimeout(ctx, swarmTime)
	defer cancel()
	options := docker.Options{Owner: arn.NewID(), Unanswered: true}
	var order []string
	for _, c := range all {
		order = append(order, c.Name)
	}
	options.Swarm = docker.NewSwarm(docker.SwarmOptions{Names: order})
	opened, roles := make([]*docker.Engine, len(all)), make([]string, len(all))
	var asked sync.WaitGroup
	for i, c := range all {
		asked.Go(func() {
			its := options
			its.Host, its.Name = c.Host, c.Name
			var err error
			if opened[i], err = docker.Open(ctx, its); err == nil {
				roles[i], _ = opened[i].SwarmRole(ctx) // an engine that answers and has none keeps the others from being used, too
			}
		})
	}
	asked.Wait()
	apart := options.Swarm.Check(ctx)
	for _, engine := range opened {
		if engine != nil {
			_ = engine.Close() // nothing was begun there
		}
	}
	return judgeSwarm(order, roles, apart)
}

// judgeSwarm says what engines are in their swarm, as far as they answer, or what keeps them from being used together.
func judgeSwarm(names, roles []string, apart error) diagnosis.Check {
	if apart != nil {
		return diagnosis.Check{
			Name: swarmCheck, Status: diagnosis.Broken, Text: apart.Error(), Next: "docs/guide/several-engines.md says how engines come into one swarm",
		}
	}
	if !slices.ContainsFunc(roles, func(role string) bool { return role != "" }) {
		return doctor.NoEngine(swarmCheck)
	}
	var texts []string
	for i, role := range roles {
		if role == "" {
			texts = append(texts, names[i]+" does not answer")
		} else {
			texts = append(texts, names[i]+" is a "+role)
		}
	}
	return diagnosis.Check{Name: swarmCheck, Status: diagnosis.OK, Text: strings.Join(texts, ", ")}
}
