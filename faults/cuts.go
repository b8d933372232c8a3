package main

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"target-filelake/faults/disk"
)

// cutting is layer 3: the kernel loses power, paused at a failpoint.
type cutting struct {
	*tally
	target
	*disk.Image
	root  string // outside the image
	goal  int    // cuts
	done  int
	apart int     // of done, in the compact command
	pairs []visit // where to cut a load, drawn from in turn
	joins []visit // and a compaction
	rand  *rand.Rand
}

// powerCuts cuts the power of an ext4 and an xfs at the points given: seen of
// loads, copied of the compact command.
func powerCuts(t *tally, b target, root string, cuts int, seed uint64, seen, copied points) {
	if why := disk.CannotCut(); why != "" {
		t.absent("LAYER 3 (power cuts)", why)
		return
	}
	side(2, []string{"ext4", "xfs"}, func(kind string) {
		c := cutting{tally: t, target: b, root: filepath.Join(root, kind), goal: (cuts + 1) / 2, rand: rand.New(rand.NewPCG(seed, 3))}
		c.pairs, c.joins = seen.cuttable(), copied.cuttable()
		t.fail(c.run(kind))
	})
}

// cuttable are the points at which a cut leaves something else than at others,
// with the last passing of each.
func (p points) cuttable() []visit {
	var out []visit
	for point, n := range p {
		if changes(point) {
			out = append(out, visit{point, n})
		}
	}
	slices.SortFunc(out, func(a, b visit) int { return strings.Compare(a.point, b.point) })
	return out
}

func (c *cutting) run(kind string) (err error) {
	if err := os.Mkdir(c.root, 0o700); err != nil {
		return err
	}
	if c.Image, err = disk.New(kind, c.root, disk.Smallest[kind]); err != nil {
		return err
	}
	defer func() {
		if uerr := disk.Unmount(c.Dir); err == nil {
			err = uerr
		}
	}()
	began, sessions := time.Now(), 0
	for ; c.done < c.goal; sessions++ {
		if err := c.session(); err != nil {
			c.fail(err)
		}
	}
	c.say("layer 3: %d power cuts of %s in %d loads, %d of them in compactions, %.1f s", c.done, kind, sessions, c.apart, time.Since(began).Seconds())
	return nil
}

// session cuts the power of one load again and again until its tap is through.
func (c *cutting) session() error {
	dir, err := os.MkdirTemp(c.Dir, "load-")
	if err != nil {
		return err
	}
	if err := disk.Command("sync", "-f", c.Dir); err != nil { // the directory around the lake is not the target's to keep
		return err
	}
	s := newSession(c.target, newTap(400, c.rand.Uint64()), filepath.Join(dir, "lake"))
	from := []resume{fromStdout, fromSidecar}[c.rand.IntN(2)]
	for c.done < c.goal && s.state < len(s.tap.lines) {
		if c.rand.IntN(3) == 0 {
			if err := c.compaction(s, from); err != nil {
				return err
			}
			continue
		}
		if err := c.once(s, from, options{rest: time.Millisecond}, c.draw(c.pairs), ""); err != nil {
			return err
		}
	}
	if err := s.finish(from); err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// compaction lets the tap go on for a while and cuts the power of what compacts
// the rows then.
func (c *cutting) compaction(s *session, from resume) error {
	o := options{to: s.tap.whole(s.state + 20 + c.rand.IntN(60))}
	res, err := s.run(from, o)
	if err == nil && res.code != 0 {
		err = s.wrap(faulty("wrong", "exit %d of a run without a fault\n%s", res.code, res.stderr))
	}
	if err != nil {
		return err
	}
	was := c.done
	err = c.once(s, from, options{command: "compact", args: []string{"--full"}}, c.draw(c.joins), "")
	c.apart += c.done - was
	return err
}

// draw is the next point to cut at; every fifth time none, but any moment.
func (c *cutting) draw(among []visit) visit {
	if c.rand.IntN(5) == 0 {
		return visit{}
	}
	v := among[c.rand.IntN(len(among))]
	return visit{v.point, 1 + c.rand.IntN(v.n)}
}

// once runs the target, cuts the power while it stands at v, and holds the lake
// that the next boot finds to what was promised; bugs are planted in the target.
func (c *cutting) once(s *session, from resume, o options, v visit, bugs string) error {
	ready := filepath.Join(c.root, "ready")
	defer os.Remove(ready)
	if v.point != "" {
		o.rules = v.rule("pause:"+ready) + ";" + bugs
	}
	var cut bool
	var cutErr error
	o.meddle = func(p *process) {
		if v.point == "" {
			p.sleep(time.Duration(c.rand.Int64N(int64(150 * time.Millisecond))))
		} else if !p.paused(ready) {
			return
		}
		cutErr, cut = c.Cut(), true
		p.kill()
	}
	res, err := s.start(from, &o)
	if err != nil || cutErr != nil {
		return errors.Join(err, cutErr)
	}
	if cut {
		c.done++
		c.count(&c.cuts)
		s.history += ", power cut"
		if err := c.Reboot(); err != nil {
			return err
		}
	}
	return s.settle(o, res)
}
