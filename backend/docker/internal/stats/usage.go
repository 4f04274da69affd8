package stats

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/containers"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/groupfile"
)

// usagePatience bounds a read of many containers: what has not been told by then is left out.
const usagePatience = 10 * time.Second

// mostAsked is how many sandboxes are asked at a time, and mostTold of how many containers the engine is asked to tell, which
// takes some engines a second for each, mostly without work.
const (
	mostAsked = 4
	mostTold  = 8
)

// Usage tells what many containers use; see backend.UsageReader. Where this process sees their control groups it reads those,
// which is no request to the engine. Otherwise a helper container does, over one line that ends with the answers. Then it asks
// the sandboxes of those that are left, a few at a time, and at last the engine.
func (r *Reader) Usage(ctx context.Context, ids []string) (map[string]backend.Usage, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	host, err := r.host(ctx)
	if err != nil {
		return nil, dockerapi.Classify(err)
	}
	limited, cancel := context.WithTimeout(ctx, usagePatience)
	defer cancel()
	found := &usages{of: make(map[string]backend.Usage, len(ids))}
	left := r.readGroups(limited, ids, host, found)
	if host.Groups && len(left) > 0 && !r.sees.Load() { // else they are gone
		left = r.askHelper(limited, left, host, found)
	}
	if host.Groups {
		left = r.askSandboxes(limited, left, host, found)
	}
	r.askEngine(limited, left, found)
	for id, u := range found.of {
		if its, err := r.containers.Facts(limited, id); err == nil {
			u.Networks = r.ofVPC(limited, its, u.Networks)
			found.of[id] = u
		}
	}
	return found.of, ctx.Err()
}

// usages are the usages of containers, by id.
type usages struct {
	mu sync.Mutex
	of map[string]backend.Usage
}

func (u *usages) add(id string, of backend.Usage) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.of[id] = of
}

// without are those of the containers of which nothing is known.
func (u *usages) without(ids []string) (left []string) {
	for _, id := range ids {
		if _, known := u.of[id]; !known {
			left = append(left, id)
		}
	}
	return left
}

// readGroups reads the groups that this process sees, and returns the containers whose it does not.
func (r *Reader) readGroups(ctx context.Context, ids []string, host Host, found *usages) (left []string) {
	allCPUs := groupfile.Files{}
	allCPUs.AddCPUs(r.kernel.Processes)
	for _, id := range ids {
		its, err := r.containers.Facts(ctx, id)
		if err != nil {
			continue // it is gone
		}
		if files := r.kernel.Read(groupfile.Container{ID: id, Parent: its.CgroupParent, Network: interfacesOf(its) != noInterfaces}); files != nil {
			r.sees.Store(true)
			files["stat"] = allCPUs["stat"]
			if u, ok := usageOf(groupFiles(files), id, its, host.Memory); ok {
				found.add(id, u)
			}
			continue
		}
		left = append(left, id)
	}
	return left
}

// askHelper has the helper container read the groups.
func (r *Reader) askHelper(ctx context.Context, ids []string, host Host, found *usages) (left []string) {
	if r.helper == nil {
		return ids
	}
	var asked, questions []string
	var facts []containers.Facts
	for _, id := range ids {
		if its, err := r.containers.Facts(ctx, id); err == nil {
			asked, facts, questions = append(asked, id), append(facts, its), append(questions, question(id, its))
		}
	}
	if len(questions) == 0 {
		return nil
	}
	for i, answer := range r.helper.ask(ctx, questions) {
		if files, ok := parseGroupFiles(answer); ok {
			if u, ok := usageOf(files, asked[i], facts[i], host.Memory); ok {
				found.add(asked[i], u)
			}
		}
	}
	return found.without(asked)
}

// askSandboxes asks the programs of sandboxes about the containers in them.
func (r *Reader) askSandboxes(ctx context.Context, ids []string, host Host, found *usages) (left []string) {
	facts, inside := map[string]containers.Facts{}, map[string][]string{}
	for _, id := range ids {
		if its, err := r.containers.Facts(ctx, id); err == nil {
			if sandbox := cmp.Or(its.Bound, its.Joins); sandbox != "" {
				facts[id] = its
				inside[sandbox] = append(inside[sandbox], id)
			}
		}
	}
	var asking errgroup.Group
	asking.SetLimit(mostAsked)
	for sandbox, of := range inside {
		asking.Go(func() error {
			questions := make([]string, len(of))
			for i, id := range of {
				questions[i] = "stats " + id
			}
			answers, err := r.commands.AskAndHangUp(ctx, sandbox, questions)
			if err != nil && ctx.Err() == nil && !errors.Is(err, backend.ErrNoSandbox) {
				r.log.Debug("counters not read", "sandbox", sandbox, "error", err)
			}
			for i, answer := range answers {
				if files, ok := parseGroupFiles(answer); ok {
					if interfacesOf(facts[of[i]]) == ownInterfaces {
						delete(files, "dev") // the sandbox has it
					}
					if u, ok := usageOf(files, of[i], facts[of[i]], host.Memory); ok {
						found.add(of[i], u)
					}
				}
			}
			return nil
		})
	}
	_ = asking.Wait() // none fails
	return found.without(ids)
}

func (r *Reader) askEngine(ctx context.Context, ids []string, found *usages) {
	var asking errgroup.Group
	asking.SetLimit(mostTold)
	for _, id := range ids {
		asking.Go(func() error {
			if its, err := r.containers.Facts(ctx, id); err == nil {
				if s, err := r.EngineStats(ctx, id); err == nil {
					s.ID, s.Name = id, "/"+its.Name
					if interfacesOf(its) == noInterfaces {
						s.Networks, s.NetworksRead = nil, time.Time{}
					}
					found.add(id, backend.Usage{Stats: s})
				}
			}
			return nil
		})
	}
	_ = asking.Wait() // none fails
}

// usageOf is what the files of a container's group tell.
func usageOf(files groupFiles, id string, its containers.Facts, memory int64) (backend.Usage, bool) {
	s, err := files.stats(memory)
	if err != nil {
		return backend.Usage{}, false
	}
	s.ID, s.Name = id, "/"+its.Name
	if _, seen := files["dev"]; seen && interfacesOf(its) != noInterfaces {
		s.Networks, s.NetworksRead = files.networks(), s.Read
	}
	return backend.Usage{Stats: s}, true
}
