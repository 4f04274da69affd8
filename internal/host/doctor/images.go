package doctor

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

// JudgeImages says whether the programs that run beside tasks can be put on the engine.
func JudgeImages(architecture string, err error) diagnosis.Check {
	v := about(imagesCheck)
	if err != nil {
		next := "look at the engine's own log (journalctl -u docker), and at the room on its disk"
		if strings.Contains(err.Error(), "needs program") { // what backend/docker/program says of one that is not there
			next = "use a release of ecs-emulator, which embeds them, or give serve and doctor --programs"
		}
		v.fail(next, "the programs that run beside tasks cannot be put on the engine: %s", oneLine(err))
		return v.check()
	}
	v.note("the programs that run beside tasks, for %s, are on the engine: the images ecs-emulator/sandbox, balancer and resolver", architecture)
	return v.check()
}
