package vpcnet

import (
	"context"
	"strconv"
	"sync"
	"time"
)

// An overlay packs each packet into another one, whose headers take 50 bytes: Ethernet, IP, UDP and VXLAN. Without
// an option its packets are such that they fit into 1,500 bytes.
// Source: RFC 7348, section 5; Moby, libnetwork/drivers/overlay.
const (
	vxlanHeaders = 50
	usualMTU     = 1500
	mtuPatience  = 10 * time.Second
	mtuOption    = "com.docker.network.driver.mtu"
)

// mtuOptions are what the engine is told of the size of packets on an overlay: the least of all hosts decides. Engines do not
// tell it, so a container in the network of each host looks; where that does not work on one of them, its size counts as the usual one.
func (w *Swarm) mtuOptions(ctx context.Context) map[string]string {
	engines, _ := w.all()
	sizes := make([]int, len(engines))
	var asked sync.WaitGroup
	for i, s := range engines {
		asked.Go(func() {
			soon, cancel := context.WithTimeout(ctx, mtuPatience)
			defer cancel()
			var err error
			if sizes[i], err = s.hostMTU(soon); err != nil {
				w.log.Debug("the size of packets between the hosts of engines is not known", "of", s.Name, "error", err)
			}
		})
	}
	asked.Wait()
	return optionsFor(sizes)
}

// optionsFor are the options for hosts with such packets; zero is not known.
func optionsFor(sizes []int) map[string]string {
	least := 0
	for _, size := range sizes {
		if size == 0 {
			size = usualMTU
		}
		if least == 0 || size < least {
			least = size
		}
	}
	if least == 0 || least == usualMTU {
		return nil
	}
	return map[string]string{mtuOption: strconv.Itoa(least - vxlanHeaders)}
}

// hostMTU asks once.
func (s *Networks) hostMTU(ctx context.Context) (int, error) {
	node, err := s.Node(ctx)
	if err != nil {
		return 0, err
	}
	return s.mtu.Get(ctx, func(ctx context.Context) (int, error) { return s.MTU(ctx, node.Address) })
}
