package emulator

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/ecs/why"
)

// WhyResult says why something is not as wanted.
type WhyResult struct {
	// Of is the ARN of what the reference fits, and Kind is task, service, serviceDeployment, containerInstance, targetGroup
	// or stack. Both are empty without a reference, and where it fits several; then each answer has its own.
	Of, Kind string
	// AsWanted is set where all is as wanted. There may be answers all the same, such as why a task was stopped by its user.
	AsWanted bool
	Answers  []WhyAnswer
	// Fits are the ARNs of what the reference fits, where that is more than one.
	Fits []string
	// LeftOut is how many tasks that are not as wanted have no answer, as there are more than a hundred.
	LeftOut int
}

// WhyAnswer is a cause. Where several are possible, each has an answer whose sentence says probably.
type WhyAnswer struct {
	// Of and Kind are as in WhyResult; empty: what the result is about.
	Of, Kind string
	// Cause is a word of the table in docs/guide/why.md, such as image-not-found; unknown comes with ECS's reason.
	Cause string
	// Sentence says what happened, when, and the cause with names and figures.
	Sentence string
	// Next is what to do; empty: nothing.
	Next string
	// At is a time of the emulator's clock; zero: now.
	At       time.Time
	Evidence []WhyEvidence
	// Because are the causes of the cause.
	Because []WhyAnswer
}

// WhyEvidence is a member of a row, an event, or a line of a log, from which an answer follows.
type WhyEvidence struct {
	At   time.Time // zero: it has none
	Text string
}

// Why answers why something is not as wanted. ref is the ARN of a task, service, service deployment, container instance,
// target group or stack; the id of a task or container instance, or its beginning; or the name of a service, also as
// cluster/service. An empty one asks for all that is not as wanted.
//
// The error says that the reference fits nothing, and what there is.
func (s *Server) Why(ref string) (WhyResult, error) {
	found, err := s.parts.why.Ask(ref, "")
	if err != nil {
		return WhyResult{}, err
	}
	r := WhyResult{Of: found.Of, Kind: string(found.Kind), AsWanted: found.AsWanted, Answers: whyAnswers(found.Answers), LeftOut: found.LeftOut}
	for _, fit := range found.Fits {
		r.Fits = append(r.Fits, fit.Of)
	}
	return r, nil
}

func whyAnswers(found []why.Answer) (answers []WhyAnswer) {
	for _, a := range found {
		answer := WhyAnswer{
			Of: a.Of, Kind: string(a.Kind), Cause: string(a.Cause), Sentence: a.Sentence, Next: a.Next, At: a.At, Because: whyAnswers(a.Because),
		}
		for _, e := range a.Evidence {
			answer.Evidence = append(answer.Evidence, WhyEvidence(e))
		}
		answers = append(answers, answer)
	}
	return answers
}
