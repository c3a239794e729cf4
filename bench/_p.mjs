import { createExamples, createParts, B, D, NUM_BATCHES } from './student-model.mjs';
import { Trainer } from '../packages/bert2dnn/dist/distill/trainer.js';
const ex=createExamples(); const {parts,release}=await createParts(1);
const T=new Trainer(parts,{batchSize:B,learningRate:.01,embeddingLearningRate:.05,initialAccumulator:.1,seed:1});
const acc={};const wrap=(o,n,l)=>{const f=o[n].bind(o);o[n]=(...a)=>{const s=performance.now();const r=f(...a);if(r instanceof Promise)return r.then(x=>{(acc[l]??=[]).push(performance.now()-s);return x});(acc[l]??=[]).push(performance.now()-s);return r;}};
wrap(T.tables,'forward','gather');wrap(T.tables,'update','update');wrap(T.parts.step,'run','run');wrap(T.optimizer,'step','opt');wrap(ex.cache,'gather','cache');wrap(T,'trainBatch','batch');wrap(T,'forwardBags','fwdBags');
const P=T.optimizer.step; let t1; const fr=T.parts.step.run; T.parts.step.run=(...a)=>{const p=fr(...a);return p.then(x=>{t1=performance.now();return x})}; T.optimizer.step=(...a)=>{(acc.between??=[]).push(performance.now()-t1);const r=P(...a);return r;};

for(let e=1;e<=6;e++) await T.trainEpoch(e,ex.cache,{targets:ex.targets},()=>{});
for(const [k,v] of Object.entries(acc)){const a=v.slice(8).sort((x,y)=>x-y);console.log(k,'min',a[0].toFixed(2),'q1',a[a.length>>2].toFixed(2),'med',a[a.length>>1].toFixed(2));}
await T.release(); await release();
