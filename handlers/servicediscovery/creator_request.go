package servicediscovery

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// first is what the same request, by its CreatorRequestId or UpdaterRequestId, has made and answered before; nil if there
// was none. It has nothing left to do as long as what the first one made is there. One that is not the same is a request
// of its own. Source: Cloud Map API reference, CreatorRequestId; what Cloud Map answers to a second request after the
// first is over has not been seen.
func first(tx *store.Tx, request clienttoken.Request) (made, answer *string) {
	if known, same := request.First(tx); same {
		return &known.ARNs[0], &known.ARNs[1]
	}
	return nil, nil
}
