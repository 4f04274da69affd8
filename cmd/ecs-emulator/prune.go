package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

var pruneCommand = subcommand{
	name:    "prune",
	summary: "show what emulators have on Docker, or remove it",
	examples: []example{
		{"ecs-emulator prune", "show the owners of containers, networks and volumes"},
		{"ecs-emulator prune --dead", "remove what owners left that never come back"},
	},
	declare: declarePrune,
}

func declarePrune(flags *flagSet) action {
	var opts emulator.PruneOptions
	flags.Var(newPlaces(&opts.Engine, "docker"), "engine", "`where` containers run, as serve has it: docker, context:NAME, a Docker engine's URL, or name=where of each of several")
	flags.Func("owner", "remove what the owner with this `id` has; may be repeated", func(id string) error {
		opts.Owners = append(opts.Owners, id)
		return nil
	})
	flags.BoolVar(&opts.Dead, "dead", false, "remove what dead owners have: those that never come back")
	flags.BoolVar(&opts.SharedVolumes, "shared-volumes", false, "also remove volumes that outlive their owner: Docker volumes of scope shared, file systems, and EBS volumes that tasks left behind")
	flags.BoolVar(&opts.Force, "force", false, "with --owner, also remove what a running emulator has")
	flags.suggest("engine", "docker")
	return func(ctx context.Context, _ []string, stdout, _ io.Writer) error {
		return prune(ctx, opts, stdout)
	}
}

// prune shows which emulators have something on an engine, or removes what some of
// them have.
func prune(ctx context.Context, opts emulator.PruneOptions, stdout io.Writer) error {
	if len(opts.Owners) == 0 && !opts.Dead {
		return listOwners(ctx, opts.Engine, stdout)
	}
	removed, err := emulator.Prune(ctx, opts)
	left, missed := emulator.Owners(ctx, opts.Engine)
	for _, o := range removed {
		if opts.SharedVolumes {
			o.Volumes += o.SharedVolumes
		}
		explainRemoved(stdout, o, left)
	}
	if err = errors.Join(err, missed); err != nil {
		return err
	}
	shared := 0
	for _, o := range left {
		if opts.Dead && o.State == emulator.OwnerDead || slices.Contains(opts.Owners, o.ID) {
			shared += o.SharedVolumes
		}
	}
	switch {
	case shared > 0:
		fmt.Fprintf(stdout, "left %s; --shared-volumes removes those too\n", counted(shared, "shared volume"))
	case opts.Dead && len(removed) == 0:
		fmt.Fprintln(stdout, "no dead owner has anything on the engine")
	}
	if opts.Dead {
		explain(stdout, slices.DeleteFunc(left, func(o emulator.Owner) bool {
			return o.Lapse.Then != emulator.OwnerDead && o.State != emulator.OwnerUnknown
		}))
	}
	return nil
}

// explainRemoved says what an owner had, and what the engine has kept of it: engines up to 20.10 lose
// track of an endpoint now and then, and do not remove its network.
func explainRemoved(stdout io.Writer, had emulator.Owner, left []emulator.Owner) {
	var kept emulator.Owner
	for _, o := range left {
		if o.ID == had.ID && o.State != emulator.OwnerLive { // a live one may have made something meanwhile
			kept = o
		}
	}
	fmt.Fprintf(stdout, "removed what %s had (%s): %s, %s, %s\n", had.ID, had.State, counted(had.Containers-kept.Containers, "container"),
		counted(had.Networks-kept.Networks, "network"), counted(had.Volumes-kept.Volumes, "volume"))
	if n := kept.SwarmNetworks; n > 0 {
		fmt.Fprintf(stdout, "left of it: %s of a Docker swarm, where its owner may have something on other engines: "+
			"name all of its engines, by --engine a=... --engine b=...\n", counted(n, "network"))
		kept.Networks -= n
	}
	if kept.Containers+kept.Networks+kept.Volumes > 0 {
		fmt.Fprintf(stdout, "left of it: %s, %s, %s, which the engine does not let go of; a restart of the engine may help\n",
			counted(kept.Containers, "container"), counted(kept.Networks, "network"), counted(kept.Volumes, "volume"))
	}
}

func listOwners(ctx context.Context, engine string, stdout io.Writer) error {
	owners, err := emulator.Owners(ctx, engine)
	if err != nil {
		return err
	}
	if len(owners) == 0 {
		fmt.Fprintln(stdout, "no emulator has anything on the engine")
		return nil
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "OWNER\tSTATE\tCONTAINERS\tNETWORKS\tVOLUMES\tSHARED\tDIRECTORY")
	for _, o := range owners {
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%d\t%s\n", o.ID, o.State, o.Containers, o.Networks, o.Volumes, o.SharedVolumes, cmp.Or(o.Directory, "-"))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	explain(stdout, owners)
	return nil
}

// explain says which owners count as live for a while only, why, and until when, and how to
// remove what others have that nothing shows to be dead.
func explain(stdout io.Writer, owners []emulator.Owner) {
	for _, o := range owners {
		switch {
		case o.Lapse.Left > 0:
			fmt.Fprintf(stdout, "%s: %s\n", o.ID, o.Lapse)
		case o.State == emulator.OwnerUnknown:
			fmt.Fprintf(stdout, "%s: from here its directory cannot be seen for certain; if you need it no more, "+
				"ecs-emulator prune --owner %[1]s removes what it has\n", o.ID)
		}
	}
}

// counted is "1 network", "2 networks".
func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
