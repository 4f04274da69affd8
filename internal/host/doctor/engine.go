package doctor

import (
	"cmp"
	"strconv"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// oldest is the oldest Docker that the emulator is built for, and platforms the first one on which an image for another
// CPU architecture can stand beside the engine's own in containerd's image store. Source: docs/reference/engines.md.
var (
	oldest    = version{20, 10}
	platforms = version{28, 1}
)

// JudgeEngine says whether an engine answers, and which one it is. A fall back is serve's --engine auto, which simulates
// containers where Docker does not answer.
func JudgeEngine(e diagnosis.Engine, fallBack bool) diagnosis.Check {
	v := about(engineCheck)
	if e.Trouble != "" {
		text, next := troubleText(e)
		if fallBack {
			v.degrade(next, "%s; with --engine auto containers are simulated", text)
		} else {
			v.fail(next, "%s", text)
		}
		return v.check()
	}
	v.note("%s %s at %s, API %s, %s", e.Product, cmp.Or(e.Version, "of unknown version"), e.Host, cmp.Or(e.APIVersion, "unknown"), storage(e))
	number, known := readVersion(e.Version)
	switch {
	case e.Product == "podman":
		v.fail("use Docker 20.10 or later", "no task runs on Podman")
	case known && number.before(oldest):
		v.fail("install Docker 20.10 or later", "the emulator is built for Docker 20.10 and later")
	case e.OS != "" && e.OS != "linux":
		v.fail("have it run Linux containers", "it runs containers of %s", e.OS)
	}
	if e.Rootless {
		v.degrade("", "it is rootless: it cannot raise ulimits above its own, and tasks are reached at ports of 127.0.0.1 alone")
	}
	if e.Containerd && known && number.before(platforms) {
		v.degrade("", "with containerd's image store before Docker 28.1, a task for another CPU architecture does not find its image beside the engine's own")
	}
	if e.StorageDriver == "vfs" {
		v.degrade("configure another storage driver", "the storage driver vfs copies all layers for each container: tasks start slowly and take much room")
	}
	if !e.Fluentd {
		v.degrade("", "it has no log driver fluentd: log routers (FireLens) do not work")
	}
	return v.check()
}

// SimulatedEngine is the check of an engine that is none.
func SimulatedEngine(why string) diagnosis.Check {
	v := about(engineCheck)
	v.note("%s: no container runs, and no Docker is needed", why)
	return v.check()
}

func storage(e diagnosis.Engine) string {
	store := "its own image store"
	if e.Containerd {
		store = "containerd's image store"
	}
	return store + " on " + cmp.Or(e.StorageDriver, "an unknown driver")
}

// troubleText says why an engine cannot be used, and what to do.
func troubleText(e diagnosis.Engine) (text, next string) {
	const start = "start Docker, or name another engine with --engine; serve --engine sim needs none"
	switch e.Trouble {
	case diagnosis.NoSocket:
		return "no Docker engine is at " + e.Host + ": there is no such socket", start
	case diagnosis.Denied:
		return "permission denied on " + e.Host, "join the group that owns the socket (sudo usermod -aG docker $USER, then log in again), or use a rootless engine"
	case diagnosis.Refused:
		return "no Docker engine listens at " + e.Host + ": the connection is refused", start
	case diagnosis.Silent:
		if !e.Local { // a connection that is not made has the same error
			return "the engine at " + e.Host + " does not answer in time: it hangs, or it is not reached", "restart Docker there, or look for a firewall or a VPN in the way"
		}
		return "the engine at " + e.Host + " takes connections and does not answer", "restart Docker"
	case diagnosis.TooOld:
		return "the engine at " + e.Host + " speaks API " + cmp.Or(e.APIVersion, "of unknown version") + ", which is too old: " + oneLine(e.Error), "install Docker 20.10 or later"
	case diagnosis.TooNew:
		return "the engine at " + e.Host + " takes no client as old as this program: " + oneLine(e.Error), "install a newer ecs-emulator, and unset DOCKER_API_VERSION"
	default:
		return "the engine cannot be used: " + oneLine(e.Error), "name a Docker engine with --engine, DOCKER_HOST or `docker context use`"
	}
}

// version is a release of Docker: 20.10.
type version struct{ major, minor int }

func (v version) before(other version) bool {
	return cmp.Or(cmp.Compare(v.major, other.major), cmp.Compare(v.minor, other.minor)) < 0
}

var versionForm = lazyregexp.New(`^v?(\d+)\.(\d+)`)

func readVersion(text string) (v version, known bool) {
	parts := versionForm.FindStringSubmatch(text)
	if parts == nil {
		return v, false
	}
	v.major, _ = strconv.Atoi(parts[1])
	v.minor, _ = strconv.Atoi(parts[2])
	return v, true
}

// JudgeGroups says which limits hold. The trial has shown what the engine does not say.
func JudgeGroups(e diagnosis.Engine, t Trial) diagnosis.Check {
	if e.Trouble != "" {
		return NoEngine(cgroupCheck)
	}
	v := about(cgroupCheck)
	v.note("%s", cmp.Or(e.Groups, "unknown control groups"))
	switch why := cmp.Or(e.Unbound, t.Unbound); {
	case why != "":
		v.degrade("", "CPU and memory of a task do not limit the sum of its containers, but each container for itself: %s", why)
	case t.Limited:
		v.note("CPU and memory limit the sum of a task's containers")
	}
	if !e.MemoryLimit {
		v.degrade("have the kernel's memory controller be on (cgroup_enable=memory)", "memory is not limited")
	} else if !e.SwapLimit {
		v.degrade("have the kernel account swap (swapaccount=1)", "a container beyond its memory goes on in swap")
	}
	if !e.CPULimit {
		v.degrade("", "CPU is not limited")
	}
	return v.check()
}
